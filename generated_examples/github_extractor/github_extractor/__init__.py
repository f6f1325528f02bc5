"""Driver of Osiris component `github.extractor`."""

from github_extractor.github_extractor_driver import GitHubExtractorDriver

__all__ = ["GitHubExtractorDriver"]
