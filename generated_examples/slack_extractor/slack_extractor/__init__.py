"""Driver of Osiris component `slack.extractor`."""

from slack_extractor.slack_extractor_driver import SlackExtractorDriver

__all__ = ["SlackExtractorDriver"]
