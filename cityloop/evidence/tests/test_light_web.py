"""What looks at photos is heavy: only the worker loads it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted({"cv2", "rapidocr", "onnxruntime"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_a_web_process_loads_neither_opencv_nor_reading_of_text() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert done.stdout.strip() == "[]"
