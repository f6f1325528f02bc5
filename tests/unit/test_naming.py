"""Names of packages, modules and classes."""

import pytest

from scaffold.naming import NameRefused, camel, names, split, title


@pytest.mark.parametrize(
    ("name", "package", "class_name"),
    [
        ("shopify.extractor", "shopify_extractor", "ShopifyExtractorDriver"),
        ("mysql.extractor", "mysql_extractor", "MySQLExtractorDriver"),
        ("my-api.v2.extractor", "my_api_v2_extractor", "MyAPIV2ExtractorDriver"),
        ("hubspot_crm.extractor", "hubspot_crm_extractor", "HubSpotCRMExtractorDriver"),
        ("odata.extractor", "odata_extractor", "ODataExtractorDriver"),
        ("orders", "orders_extractor", "OrdersExtractorDriver"),
        ("class.extractor", "class_extractor", "ClassExtractorDriver"),
    ],
)
def test_names(name: str, package: str, class_name: str) -> None:
    found = names(name, "extractor")

    assert (found.package, found.module) == (package, f"{package}_driver")
    assert found.class_name == class_name


def test_a_class_and_a_family_may_be_given() -> None:
    found = names("x.extractor", "extractor", "shop", "Own")

    assert (found.family, found.package, found.class_name) == ("shop", "shop_extractor", "Own")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("1shop.extractor", "no Python package"),
        *(
            (name, "is empty or begins")
            for name in (
                "_.extractor",
                "a..extractor",
                ".extractor",
                "shop.extractor.",
                "-a.extractor",
                "a.-.extractor",
                "__init__.extractor",
                "..",
            )
        ),
        ("a" * 41 + ".extractor", "longer than 50"),
        ("../evil", "other characters"),
        ("a/b.extractor", "other characters"),
        ("a\n", "other characters"),
        ("shоp.extractor", r"\u043e"),
        ("Shop.extractor", "other characters"),
        ("", "other characters"),
    ],
)
def test_refused_names(name: str, says: str) -> None:
    with pytest.raises(NameRefused) as caught:
        names(name, "extractor")

    assert says in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("class_name", ["class", "None", "1st", "a b", ""])
def test_refused_class_names(class_name: str) -> None:
    if class_name == "":
        assert names("a.extractor", "extractor", None, "").class_name == "AExtractorDriver"
        return
    with pytest.raises(NameRefused):
        names("a.extractor", "extractor", None, class_name)


def test_split() -> None:
    assert split("a.b.writer") == ("a.b", "writer")
    assert split("a.table") == ("a.table", None)
    assert split("extractor") == ("extractor", None)


def test_words() -> None:
    assert camel("graphql-api_csv") == "GraphQLAPICSV"
    assert title("duckdb.processor") == "DuckDB Processor"
