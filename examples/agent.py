"""An agent of one's own: log it, load it, ask it, stream it, and look at its traces.

Run: `python examples/agent.py`; then `mlflow models serve` serves it, see docs/how-to/chat-models-and-agents.md.
"""

from __future__ import annotations

from collections.abc import Generator

import mlflow
from mlflow.pyfunc import ResponsesAgent
from mlflow.types.responses import ResponsesAgentRequest, ResponsesAgentResponse, ResponsesAgentStreamEvent


class Weather(ResponsesAgent):
    """Says what the weather is, which is rain."""

    def predict(self, request: ResponsesAgentRequest) -> ResponsesAgentResponse:
        """Answer with what the stream says."""
        events = [event.model_dump() for event in self.predict_stream(request)]
        items = [event["item"] for event in events if event["type"] == "response.output_item.done"]
        return ResponsesAgentResponse(output=items, custom_outputs=request.custom_inputs)

    def predict_stream(self, request: ResponsesAgentRequest) -> Generator[ResponsesAgentStreamEvent, None, None]:
        """Answer word by word."""
        question = self.prep_msgs_for_cc_llm(request.input)[-1]["content"]
        words = ["Rain.", " You asked: ", question]
        for word in words:
            yield ResponsesAgentStreamEvent(**self.create_text_delta(delta=word, item_id="1"))
        item = self.create_text_output_item(text="".join(words), id="1")
        yield ResponsesAgentStreamEvent(type="response.output_item.done", item=item)


def main() -> None:
    """Log the agent, and ask it."""
    mlflow.set_experiment("Agents")
    info = mlflow.pyfunc.log_model(name="weather", python_model=Weather())
    print("Task:", info.metadata["task"] if info.metadata else None)
    agent = mlflow.pyfunc.load_model(info.model_uri)
    request = {"input": [{"role": "user", "content": "And tomorrow?"}], "custom_inputs": {"city": "Bergen"}}
    answer = agent.predict(request)
    print("Answer:", answer["output"][0]["content"][0]["text"], answer["custom_outputs"])
    print("Stream:", [event["delta"] for event in agent.predict_stream(request) if "delta" in event])
    traces = mlflow.search_traces(model_id=info.model_id, return_type="list")
    print("Spans:", sorted(f"{span.span_type} {span.name}" for trace in traces for span in trace.data.spans))


if __name__ == "__main__":
    main()
