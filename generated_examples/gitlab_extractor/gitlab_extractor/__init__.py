"""Driver of Osiris component `gitlab.extractor`."""

from gitlab_extractor.gitlab_extractor_driver import GitLabExtractorDriver

__all__ = ["GitLabExtractorDriver"]
