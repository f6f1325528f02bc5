"""Driver of Osiris component `tmdb.extractor`."""

from tmdb_extractor.tmdb_extractor_driver import TmdbExtractorDriver

__all__ = ["TmdbExtractorDriver"]
