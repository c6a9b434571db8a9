"""What a refusal of S3 is called in the error log."""

from botocore.exceptions import BotoCoreError, ClientError

_INTERNAL_ERROR = "InternalError"
_DISABLED = "Access to the account provided has been disabled. Contact AWS Support."
_MESSAGES = {
    "S3.KMS.NotFoundException": "The provided AWS KMS key was not found. If you are using what you believe to be a "
    "valid AWS KMS key with the correct role, check if there is a problem with the account to which the AWS KMS key "
    "is attached.",
    "S3.KMS.RequestLimitExceeded": "The KMS request per second limit was exceeded while attempting to encrypt S3 "
    "objects. Increase the request per second limit.",
    "S3.AccessDenied": "Access was denied. Ensure that the trust policy for the provided IAM role allows Amazon Data "
    "Firehose to assume the role, and the access policy allows access to the S3 bucket.",
    "S3.AllAccessDisabled": _DISABLED,
    "S3.InvalidPayer": _DISABLED,
    "S3.NoSuchBucket": "The specified bucket does not exist. Create the bucket or use a different bucket that does "
    "exist.",
    "S3.MethodNotAllowed": "The specified method is not allowed against this resource. Modify the bucket's policy to "
    "allow the correct Amazon S3 operation permissions.",
    _INTERNAL_ERROR: "An internal error occurred while attempting to deliver data. Delivery will be retried; if the "
    "error persists, then it will be reported to AWS for resolution.",
}


def refusal_of(error: ClientError | BotoCoreError) -> tuple[str, str]:
    """Return the code and the message of an error event; a code that AWS does not list has S3's own message.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
    """
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else _INTERNAL_ERROR
    code = code if code == _INTERNAL_ERROR else f"S3.{code}"
    return code, _MESSAGES.get(code, f"Delivery to S3 failed and will be retried: {error}")
