"""The eleven Food-11 classes, in the order of the model's outputs."""

CLASSES: tuple[str, ...] = (
    "Bread",
    "Dairy product",
    "Dessert",
    "Egg",
    "Fried food",
    "Meat",
    "Noodles/Pasta",
    "Rice",
    "Seafood",
    "Soup",
    "Vegetable/Fruit",
)

CLASS_DIRS: tuple[str, ...] = tuple(f"class_{index:02d}" for index in range(len(CLASSES)))


def class_dir(name: str) -> str:
    """Name the folder of a class: ``"Bread"`` is ``"class_00"``.

    Raises:
        ValueError: ``name`` is not one of ``CLASSES``.
    """
    return CLASS_DIRS[CLASSES.index(name)]
