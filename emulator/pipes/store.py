"""Where LocalStack keeps the pipes, by account and region."""

from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

from emulator.pipes.pipe import Pipe


class PipesStore(BaseStore):
    """The pipes of one account and region, by name."""

    pipes: dict[str, Pipe] = LocalAttribute(default=dict)


pipes_stores = AccountRegionBundle("pipes", PipesStore)
