from .execute import run as run
from .recipes import plan as plan
from .recipes import read_recipe as read_recipe
from .views import build_recipe as build_recipe
from .views import view_parameters as view_parameters
from .workspace import Workspace as Workspace
from .workspace import runs_with_zoo as runs_with_zoo
