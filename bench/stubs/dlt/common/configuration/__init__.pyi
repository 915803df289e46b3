from typing import TypeVar, dataclass_transform

T = TypeVar("T")

@dataclass_transform()
def configspec(kind: type[T]) -> type[T]: ...
