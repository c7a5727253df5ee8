from .checks import in_both_classes as in_both_classes
from .files import file_hash as file_hash
from .files import read_json as read_json
from .files import write_json as write_json
from .files import write_whole as write_whole
from .paths import home as home
