"""Why some mutants of a generated driver survive and why that is no gap of its suite."""

import re

# what "function: removed => added" of a survivor matches -> why no test could or should kill it
HARMLESS = [
    (r"^run: .*inputs=", "an extractor has no use for `inputs`"),
    (r"astimezone\(None\)|^_instant: ", "the zone of the machine is UTC"),
    (r"_discovered_at\.setdefault\(None", "a driver finds the same resources for ever"),
    (r"latency = round", "a rounding, or a thousandth more"),
    (r"^_probe: .*_Api\(", "the health check has no config and neither waits nor reads the date"),
    (r"(params=|_Request\(.*|_pages\(resource, )None", "`None` means no parameters, and no parent"),
    (
        r'_sources = .*=> .*"(XX|)(?i:connection)(XX|)": ',
        "no request of this spec asks the connection",
    ),
    (r"\) > 0: => .*\) >= 0:", "to sleep for no time is not to sleep"),
    (r"allow_redirects=None|renew=None|_token = None", "`None` is as false as what was there"),
    (r"BUDGET_HEADER, |RESET_HEADER, ", "no number, like the text that was there"),
    (r"BUDGET_HEADER.*rpartition", "a text with more than one slash is no number either way"),
    (r"url\.upper\(\)", "both origins are spelled alike, in whichever case"),
    (
        r"Retry-After\", ?(None|\"XXXX\"|\))",
        "neither a number nor a date, like the text that was there",
    ),
    (r"_SpecError\(|_ApiError\(", "the wording of a message"),
    (r"raise ValueError\(", "the text is replaced by the place of the value"),
    (r"status_code [!=]= 205", "without content there are no records either way"),
    (r"self\.calls (-|\+)?= [12]$", "a counter that no metric of this spec tells"),
    (r"seen\.add\(None\)", "who counts asks for no page twice; repeated records are found out"),
    (r"^_query_text: .*for item in value", "no parameter of this spec is a list"),
    (r"1 \* RATE", "the rate is one per second"),
    (r"60 \* 3 \*\*", "the longest wait is the first"),
    (r"XX; XX", "nothing else can be wrong at the same time"),
    (r"HTTPS://", "scheme and host may be spelled in capitals"),
    (r'=> "get" if|else "post",', "requests spells a method in capitals"),
    (r"_records\(None, body\)", "every resource has its records in the same place"),
    (r"_name\(None\)", "there is one resource only, whatever config says"),
    (
        r"pd\.Series\(values, (dtype=None|dtype=\"int64\")?\)$",
        "microseconds are exact as numbers, too",
    ),
    (r"previous: list\[dict\] = None", "there is no page before the first"),
    (
        r"strict=|newline=|UTF-8-SIG",
        "the lengths are compared before; names of encodings have no case",
    ),
    (r"body = \"\"", "neither has an error"),
    (r'safe="XXXX"', "X is never escaped"),
    (r"pd\.DataFrame\(columns", "a column has the same index"),
    (r"map\(type, values\)", "a shortcut: reading what fits as it is gives the same"),
    (r"times = pd\.Series", "pandas reads texts and nulls alike, whatever the column's type"),
    (
        r"_token_expires = .*(61|/ 3|1\.0)|_token, self\._token_expires",
        "how early is the driver's choice",
    ),
    (r'"Accept": "application/json"', "the session sends it too, or the name in another case"),
    (r"Content-Type", "requests sends it anyway, or the name in another case"),
]
SENDS_HEADERS = ("_Api._authorize", "_Api._renew_token", "_authorize", "_session", "_sign", "_wait")
ANOTHER_CASE = "HTTP does not mind the case of a header's name"


def why_harmless(function: str, removed: str, added: str) -> str:
    """Return the reason for a mutant, "" if nobody has said; its lines are given on one line."""
    if removed.lower() == added.lower() and function in SENDS_HEADERS:
        return ANOTHER_CASE
    text = f"{function}: {removed} => {added}"
    return next((why for pattern, why in HARMLESS if re.search(pattern, text)), "")
