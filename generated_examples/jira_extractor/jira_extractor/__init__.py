"""Driver of Osiris component `jira.extractor`."""

from jira_extractor.jira_extractor_driver import JiraExtractorDriver

__all__ = ["JiraExtractorDriver"]
