"""Driver of Osiris component `lichess.extractor`."""

from lichess_extractor.lichess_extractor_driver import LichessExtractorDriver

__all__ = ["LichessExtractorDriver"]
