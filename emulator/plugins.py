"""Every entry point that LocalStack loads from this project; each imports its service late."""

from typing import Any

from localstack.runtime.hooks import on_infra_start
from localstack.services.cloudformation.resource_provider import CloudFormationResourceProviderPlugin
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.plugins import Service, aws_provider


@aws_provider(api="dynamodb", name="moto")
def dynamodb() -> Service:
    from emulator.dynamodb.provider import DynamoDBProvider, dispatch_table

    return Service.for_provider(DynamoDBProvider(), dispatch_table_factory=dispatch_table)


@aws_provider(api="dynamodbstreams", name="moto")
def dynamodbstreams() -> Service:
    from emulator.dynamodbstreams.provider import DynamoDBStreamsProvider, dispatch_table

    return Service.for_provider(DynamoDBStreamsProvider(), dispatch_table_factory=dispatch_table)


@aws_provider(api="kinesis", name="moto")
def kinesis() -> Service:
    from emulator.kinesis.provider import KinesisProvider, dispatch_table

    return Service.for_provider(KinesisProvider(), dispatch_table_factory=dispatch_table)


@aws_provider(api="pipes", name="default")
def pipes() -> Service:
    from emulator.pipes.provider import PipesProvider

    return Service.for_provider(PipesProvider())


@aws_provider(api="firehose", name="sandbox")
def firehose() -> Service:
    from emulator.firehose.provider import FirehoseProvider

    return Service.for_provider(FirehoseProvider())


@aws_provider(api="glue", name="default")
def glue() -> Service:
    from emulator.glue.provider import GlueProvider, dispatch_table

    return Service.for_provider(GlueProvider(), dispatch_table_factory=dispatch_table)


@aws_provider(api="s3", name="sandbox")
def s3() -> Service:
    from emulator.s3.provider import SandboxS3Provider

    return Service.for_provider(SandboxS3Provider())


@aws_provider(api="lambda", name="sandbox")
def lambda_() -> Service:
    from emulator.lambda_.provider import SandboxLambdaProvider

    return Service.for_provider(SandboxLambdaProvider())


@on_infra_start()
def lighten_gateway() -> None:
    from emulator.gateway import lighten

    lighten()


@on_infra_start()
def refuse_as_aws() -> None:
    from emulator.protocol.hook import install

    install()


@on_infra_start()
def complete_streams_of_templates() -> None:
    # Before the first stack: making its stream is what loads Kinesis.
    from emulator.kinesis.cloudformation import complete_resource_provider

    complete_resource_provider()


class SubprocessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """Registers the Lambda runtime executor that runs functions in a subprocess."""

    name = "subprocess"

    def load(self, *args: Any, **kwargs: Any) -> type[Any]:
        from emulator.lambda_.provider import SubprocessRuntimeExecutor

        return SubprocessRuntimeExecutor


class PipeResourceProviderPlugin(CloudFormationResourceProviderPlugin):
    """Registers pipes as resources of CloudFormation templates."""

    name = "AWS::Pipes::Pipe"
    factory: type[Any] | None = None

    def load(self, *args: Any, **kwargs: Any) -> None:
        from emulator.pipes.cloudformation import PipeResourceProvider

        self.factory = PipeResourceProvider
