"""Static files under hashed names; files of npm packages name source maps that are not shipped."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTS = (
    (r"""(?P<matched> from "(?P<url>\./.*?)";)""", ' from "%(url)s";'),
    (r"""(?P<matched>import "(?P<url>\./.*?)";)""", 'import "%(url)s";'),
)


class Storage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed; a missing source map of a third-party file is no error."""

    manifest_strict = False
    # Only urls of our own files are rewritten: third-party modules import each other by plain name.
    support_js_module_import_aggregation = False
    patterns = (
        ("*.css", (r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))""",)),
        *((f"{folder}/*.js", IMPORTS) for folder in ("ui", "desks", "geo", "command")),
    )


class ShippedFiles(StaticFilesConfig):
    """Of npm packages only what browsers load: compressing the rest would take minutes."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("*.map", "*.d.ts", "*-dev.mjs"),
        *("echarts.common*", "echarts.simple*", "echarts.js", "echarts.min.js", "extension"),
        *("cjs", "esm"),  # of PMTiles: the page loads the one file that holds all
        "redoc*",  # the other page of the API that Ninja ships
        *("echarts.esm.js", "echarts.esm.mjs", "echarts.esm.min.js"),
    ]
