"""Similarity: which photos are the same file, the same picture or the same scene, and which are similar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.similarity.model import (
    Copy as Copy,
    EarlierPost as EarlierPost,
    EmbeddingModel as EmbeddingModel,
    ImageEmbedUnavailable as ImageEmbedUnavailable,
    IndexCounts as IndexCounts,
    IndexFailure as IndexFailure,
    ModelUnavailable as ModelUnavailable,
    Neighbour as Neighbour,
    NoEmbeddings as NoEmbeddings,
    NotIndexedYet as NotIndexedYet,
    OutsideMatch as OutsideMatch,
    Relation as Relation,
)

if TYPE_CHECKING:
    from fluffy_tui.similarity.index.adopted_vectors import AdoptedVectors as AdoptedVectors
    from fluffy_tui.similarity.index.index_jobs import (
        add_index_tasks as add_index_tasks,
        run_index_worker as run_index_worker,
    )
    from fluffy_tui.similarity.index.index_worker import IndexWorker as IndexWorker
    from fluffy_tui.similarity.index.perceptual_hash import picture_bits as picture_bits
    from fluffy_tui.similarity.index.urgent_work import UrgentWork as UrgentWork
    from fluffy_tui.similarity.models.face_finder import FaceFinder as FaceFinder
    from fluffy_tui.similarity.models.image_embed import ImageEmbed as ImageEmbed
    from fluffy_tui.similarity.models.onnx_model import BuiltinModel as BuiltinModel
    from fluffy_tui.similarity.models.text_reader import TextReader as TextReader
    from fluffy_tui.similarity.search.duplicates import stacked_photos as stacked_photos
    from fluffy_tui.similarity.service import Similarity as Similarity


__getattr__ = lazy_exports(  # SQLAlchemy, httpx and Procrastinate are slow to import
    __name__,
    {
        "index.adopted_vectors": "AdoptedVectors",
        "index.index_jobs": "add_index_tasks run_index_worker",
        "index.index_worker": "IndexWorker",
        "index.perceptual_hash": "picture_bits",
        "index.urgent_work": "UrgentWork",
        "models.face_finder": "FaceFinder",
        "models.image_embed": "ImageEmbed",
        "models.onnx_model": "BuiltinModel",
        "models.text_reader": "TextReader",
        "search.duplicates": "stacked_photos",
        "service": "Similarity",
    },
)
