"""How `make lab` serves notebooks: described as the running Python describes itself.

JupyterLab writes the kernel's description of its language, patch version included, into each notebook that it opens. A
stored notebook says less, so that it is the same for everybody. JupyterLab would call it changed as soon as it is open.
"""

from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

__all__ = ["AsTheKernelSays"]

STORED = {"name": "python"}


class AsTheKernelSays(AsyncLargeFileManager):
    """Files as they are; a notebook of the course with the kernel's description of its language."""

    async def get(self, *arguments, **options):
        """Read a file or folder, as the server asks for it."""
        model = await super().get(*arguments, **options)
        if model["type"] == "notebook" and model["content"] is not None:
            metadata = model["content"]["metadata"]
            if metadata.get("language_info") == STORED:
                metadata["language_info"] = dict(IPythonKernel.language_info)
        return model
