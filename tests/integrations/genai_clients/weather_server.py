"""A server of one tool in the model context protocol, over its standard streams."""

from __future__ import annotations

from mcp.server.fastmcp import FastMCP

server = FastMCP("weather")


@server.tool()
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"Rain in {city}"


if __name__ == "__main__":
    server.run()
