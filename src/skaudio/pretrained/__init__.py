"""Pretrained models: embeddings, tagging and transfer learning."""

from skaudio.pretrained._list_models import list_models
from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._pretrained_embedding import PretrainedEmbedding
from skaudio.pretrained._transfer_classifier import TransferClassifier

__all__ = ["PretrainedEmbedding", "TransferClassifier", "list_models", "ModelError"]
