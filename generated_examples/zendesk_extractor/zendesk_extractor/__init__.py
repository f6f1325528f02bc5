"""Driver of Osiris component `zendesk.extractor`."""

from zendesk_extractor.zendesk_extractor_driver import ZendeskExtractorDriver

__all__ = ["ZendeskExtractorDriver"]
