"""LocalStack's S3, with its objects in this emulator's own directory and listings that go past their first page."""

from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore

from emulator.s3.listing import url_encoded


class SandboxS3Provider(S3Provider):
    """Serves S3.

    LocalStack's default directory for objects is one for the whole machine. Its listings compare URL-encoded names
    with plain markers, and so end after the first page where names have a `=`: here the answer is encoded afterwards.
    """

    def __init__(self) -> None:
        super().__init__(storage_backend=EphemeralS3ObjectStore())

    def list_objects(
        self, context: RequestContext, bucket: str, encoding_type: str | None = None, **arguments: Any
    ) -> Any:
        answer = super().list_objects(context, bucket, **arguments)
        return url_encoded(answer) if encoding_type else answer

    def list_objects_v2(
        self, context: RequestContext, bucket: str, encoding_type: str | None = None, **arguments: Any
    ) -> Any:
        answer = super().list_objects_v2(context, bucket, **arguments)
        return url_encoded(answer) if encoding_type else answer

    def list_object_versions(
        self, context: RequestContext, bucket: str, encoding_type: str | None = None, **arguments: Any
    ) -> Any:
        answer = super().list_object_versions(context, bucket, **arguments)
        return url_encoded(answer) if encoding_type else answer

    def list_multipart_uploads(
        self, context: RequestContext, bucket: str, encoding_type: str | None = None, **arguments: Any
    ) -> Any:
        answer = super().list_multipart_uploads(context, bucket, **arguments)
        return url_encoded(answer) if encoding_type else answer
