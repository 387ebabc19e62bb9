"""Types of what users hand over: documents of retrievers, values of feedback."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

FeedbackValueType = float | int | str | bool | dict[str, float | int | str | bool] | list[float | int | str | bool]
"""What a feedback may say."""


@dataclass
class Document:
    """A document that a retriever found: outputs of a span of type RETRIEVER are lists of these."""

    page_content: str
    metadata: dict[str, Any] = field(default_factory=dict)
    id: str | None = None

    @classmethod
    def from_langchain_document(cls, document: Any) -> Document:
        """The document that LangChain has."""
        found = {"page_content": document.page_content, "metadata": document.metadata}
        return cls(**found, id=getattr(document, "id", None))

    @classmethod
    def from_llama_index_node_with_score(cls, node_with_score: Any) -> Document:
        """The document of a node that LlamaIndex found, with its score among the metadata."""
        metadata = {"score": node_with_score.get_score(), **node_with_score.metadata}
        return cls(page_content=node_with_score.get_content(), metadata=metadata, id=node_with_score.node_id)

    def to_dict(self) -> dict[str, Any]:
        """The fields as a dict."""
        return asdict(self)
