"""Driver of Osiris component `msgraph.extractor`."""

from msgraph_extractor.msgraph_extractor_driver import MsgraphExtractorDriver

__all__ = ["MsgraphExtractorDriver"]
