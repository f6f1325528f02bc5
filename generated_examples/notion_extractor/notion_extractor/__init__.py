"""Driver of Osiris component `notion.extractor`."""

from notion_extractor.notion_extractor_driver import NotionExtractorDriver

__all__ = ["NotionExtractorDriver"]
