"""A workflow of LlamaIndex, as a model from code."""

from __future__ import annotations

from llama_index.core.workflow import StartEvent, StopEvent, Workflow, step

import mlflow


class Flow(Workflow):
    @step
    async def only(self, event: StartEvent) -> StopEvent:
        """The one step."""
        return StopEvent(result=f"{event.get('word')}!")


mlflow.models.set_model(Flow())
