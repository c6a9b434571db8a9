"""The IAM roles, each with one inline policy."""

import json
from collections.abc import Callable

from botocore.exceptions import ClientError

from bootstrap.aws import Aws, Place
from bootstrap.errors import error_code
from bootstrap.policy import Document
from bootstrap.resource import Outcome, Resource

NOT_FOUND = "NoSuchEntity"


def ensure_role(
    aws: Aws,
    role_name: str,
    trust_policy: Callable[[Place], Document],
    policy: Callable[[Place], Document],
) -> Resource:
    """Make a role that a service may take on, with its policy under the role's own name."""
    trust_document, document = trust_policy(aws.place), policy(aws.place)
    outcome = Outcome.UNCHANGED
    try:
        role = aws.iam.get_role(RoleName=role_name)["Role"]
    except ClientError as error:
        if error_code(error) != NOT_FOUND:
            raise
        role = aws.iam.create_role(RoleName=role_name, AssumeRolePolicyDocument=json.dumps(trust_document))[
            "Role"
        ]
        outcome = Outcome.CREATED
    else:
        if role["AssumeRolePolicyDocument"] != trust_document:
            aws.iam.update_assume_role_policy(RoleName=role_name, PolicyDocument=json.dumps(trust_document))
            outcome = Outcome.UPDATED
    if _inline_policy(aws, role_name) != document:
        aws.iam.put_role_policy(RoleName=role_name, PolicyName=role_name, PolicyDocument=json.dumps(document))
        outcome = Outcome.UPDATED if outcome is Outcome.UNCHANGED else outcome
    return Resource(role["Arn"], outcome)


def delete_role(aws: Aws, role_name: str) -> Outcome:
    """Delete a role with whatever policies it has."""
    try:
        for attached in aws.iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]:
            aws.iam.detach_role_policy(RoleName=role_name, PolicyArn=attached["PolicyArn"])
        for policy_name in aws.iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
            aws.iam.delete_role_policy(RoleName=role_name, PolicyName=policy_name)
        aws.iam.delete_role(RoleName=role_name)
    except ClientError as error:
        if error_code(error) == NOT_FOUND:
            return Outcome.ABSENT
        raise
    return Outcome.DELETED


def _inline_policy(aws: Aws, role_name: str) -> object:
    try:
        return aws.iam.get_role_policy(RoleName=role_name, PolicyName=role_name)["PolicyDocument"]
    except ClientError as error:
        if error_code(error) == NOT_FOUND:
            return None
        raise
