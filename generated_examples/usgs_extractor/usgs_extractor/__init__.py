"""Driver of Osiris component `usgs.extractor`."""

from usgs_extractor.usgs_extractor_driver import UsgsExtractorDriver

__all__ = ["UsgsExtractorDriver"]
