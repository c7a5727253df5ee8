from .hub import pull as pull
from .hub import push as push
from .npy_layout import add_celeba as add_celeba
from .npy_layout import export_npy as export_npy
from .own_arrays import add_labels as add_labels
from .parquet_export import export_table as export_table
from .sampled_pictures import sample_zoo as sample_zoo
from .zoo import NoiseZoo as NoiseZoo
