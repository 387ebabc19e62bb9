"""Assertions of the shipped suite explain themselves like those of our own tests."""

import pytest

pytest.register_assert_rewrite("millrace.testing")
