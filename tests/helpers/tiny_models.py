"""Tiny models of the real classes with random weights."""

import diffusers
import transformers
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DDPMScheduler,
    FlowMatchEulerDiscreteScheduler,
    UNet2DConditionModel,
    UNet2DModel,
)
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import CLIPConfig, CLIPTextConfig, CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = {c: i for i, c in enumerate([*LETTERS, *(c + "</w>" for c in LETTERS), START, END])}
TEXT = dict(vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=16, bos_token_id=WORDS[START], eos_token_id=WORDS[END],
            pad_token_id=WORDS[END])  # fmt: skip
SCALED_LINEAR = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                     set_alpha_to_one=False, steps_offset=1)  # fmt: skip


def clip_tokenizer():
    return CLIPTokenizer(vocab=WORDS, merges=[], model_max_length=16)


def text_encoder(projection=None):
    config = CLIPTextConfig(**TEXT, projection_dim=projection or 16)
    kind = transformers.CLIPTextModelWithProjection if projection else transformers.CLIPTextModel
    return kind(config)


def autoencoder(**changes):
    """AutoencoderKL with f = 4: 16 pixels a side to 4 x 4 x 4."""
    return AutoencoderKL(**{
        "in_channels": 3, "out_channels": 3, "latent_channels": 4, "sample_size": 16, "block_out_channels": (8, 8, 8),
        "norm_num_groups": 4, "down_block_types": ("DownEncoderBlock2D",) * 3,
        "up_block_types": ("UpDecoderBlock2D",) * 3,
    } | changes)  # fmt: skip


def unconditional_unet(size=4, channels=4, gives=None, **changes):
    return UNet2DModel(
        sample_size=size, in_channels=channels, out_channels=gives or channels, block_out_channels=(8, 16),
        norm_num_groups=4,
        down_block_types=("DownBlock2D",) * 2, up_block_types=("UpBlock2D",) * 2, layers_per_block=1, **changes,
    )  # fmt: skip


def conditional_unet(**changes):
    return UNet2DConditionModel(**{
        "sample_size": 4, "block_out_channels": (8, 16), "norm_num_groups": 4, "layers_per_block": 1,
        "attention_head_dim": 4, "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"), "cross_attention_dim": 16,
    } | changes)  # fmt: skip


def stable_diffusion(kind=diffusers.StableDiffusionPipeline, prediction="epsilon", unet=None, scheduler=DDIMScheduler):
    return kind(
        vae=autoencoder(scaling_factor=0.5, shift_factor=0.1), text_encoder=text_encoder(), tokenizer=clip_tokenizer(),
        unet=unet or conditional_unet(), scheduler=scheduler(**SCALED_LINEAR, prediction_type=prediction),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def stable_diffusion_xl():
    unet = conditional_unet(
        cross_attention_dim=32, addition_embed_type="text_time", addition_time_embed_dim=4,
        projection_class_embeddings_input_dim=6 * 4 + 16,
    )  # fmt: skip
    return diffusers.StableDiffusionXLPipeline(
        vae=autoencoder(), text_encoder=text_encoder(), text_encoder_2=text_encoder(projection=16), unet=unet,
        tokenizer=clip_tokenizer(), tokenizer_2=clip_tokenizer(), scheduler=DDIMScheduler(**SCALED_LINEAR),
    )  # fmt: skip


def latent_consistency():
    kind, unet = diffusers.LatentConsistencyModelPipeline, conditional_unet(time_cond_proj_dim=8)
    return stable_diffusion(kind, unet=unet, scheduler=diffusers.LCMScheduler)


def latent_diffusion_vq():
    vqvae = diffusers.VQModel(
        block_out_channels=(8, 8, 8), latent_channels=4, norm_num_groups=4, num_vq_embeddings=8,
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
    )  # fmt: skip
    return diffusers.LDMPipeline(vqvae=vqvae, unet=unconditional_unet(), scheduler=DDIMScheduler(**SCALED_LINEAR))


def stable_diffusion_3():
    encoder, tokenizer = t5(32)
    transformer = diffusers.SD3Transformer2DModel(
        sample_size=4, patch_size=2, in_channels=4, out_channels=4, num_layers=1, attention_head_dim=8,
        num_attention_heads=4, joint_attention_dim=32, caption_projection_dim=32, pooled_projection_dim=32,
        pos_embed_max_size=4,
    )  # fmt: skip
    return diffusers.StableDiffusion3Pipeline(
        transformer=transformer, scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=autoencoder(scaling_factor=0.5, shift_factor=0.1, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=text_encoder(projection=16), text_encoder_2=text_encoder(projection=16),
        text_encoder_3=encoder, tokenizer=clip_tokenizer(), tokenizer_2=clip_tokenizer(),
        tokenizer_3=tokenizer,
    )  # fmt: skip


def t5(width):
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0), *((c, -2.0) for c in LETTERS)]
    config = transformers.T5Config(vocab_size=len(words), d_model=width, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    return transformers.T5EncoderModel(config), transformers.T5Tokenizer(vocab=words, extra_ids=0, model_max_length=8)


def flux(guided=False):
    transformer = diffusers.FluxTransformer2DModel(
        in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=8, num_attention_heads=2,
        joint_attention_dim=16, pooled_projection_dim=16, axes_dims_rope=(2, 2, 4), guidance_embeds=guided,
    )  # fmt: skip
    encoder, tokenizer = t5(16)
    return diffusers.FluxPipeline(
        transformer=transformer, scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=guided),
        vae=autoencoder(scaling_factor=0.5, shift_factor=0.1, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=text_encoder(), text_encoder_2=encoder, tokenizer=clip_tokenizer(), tokenizer_2=tokenizer,
    )  # fmt: skip


def pixart():
    encoder, tokenizer = t5(16)
    transformer = diffusers.PixArtTransformer2DModel(
        num_attention_heads=2, attention_head_dim=8, in_channels=4, out_channels=8, num_layers=1, sample_size=4,
        norm_num_groups=4, cross_attention_dim=16, caption_channels=16,
    )  # fmt: skip
    return diffusers.PixArtAlphaPipeline(
        tokenizer=tokenizer, transformer=transformer, text_encoder=encoder, vae=autoencoder(),
        scheduler=DDIMScheduler(**SCALED_LINEAR),
    )  # fmt: skip


def diffusion_transformer():
    transformer = diffusers.DiTTransformer2DModel(
        num_attention_heads=2, attention_head_dim=4, in_channels=4, out_channels=8, num_layers=1, sample_size=4,
        norm_num_groups=4, num_embeds_ada_norm=4,
    )  # fmt: skip
    return diffusers.DiTPipeline(transformer, autoencoder(), DDIMScheduler())


def gemma():
    """A language model, and a tokenizer that has a word for each letter."""
    words = Tokenizer(models.WordLevel({c: i for i, c in enumerate(["<pad>", "<eos>", "<bos>", "<unk>", *LETTERS])},
                                       "<unk>"))  # fmt: skip
    words.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    config = transformers.Gemma2Config(
        vocab_size=30, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, head_dim=8,
    )  # fmt: skip
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="<eos>", bos_token="<bos>", unk_token="<unk>",
    )  # fmt: skip
    return transformers.Gemma2Model(config), tokenizer


def sana(scheduler=None):
    transformer = diffusers.SanaTransformer2DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=1, sample_size=4,
        num_cross_attention_heads=2, cross_attention_head_dim=8, cross_attention_dim=16, caption_channels=16,
    )  # fmt: skip
    layers = {"block_out_channels": (8, 8, 8), "layers_per_block": (1, 1, 1), "qkv_multiscales": ((), (), ())}
    both = {f"{end}_{key}": value for end in ("encoder", "decoder") for key, value in layers.items()}
    vae = diffusers.AutoencoderDC(latent_channels=4, scaling_factor=0.5, **both)
    scheduler = scheduler or diffusers.DPMSolverMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )
    encoder, tokenizer = gemma()
    return diffusers.SanaPipeline(tokenizer, encoder, vae, transformer, scheduler)


PIPELINES = {
    "sd": stable_diffusion,
    "sd2": lambda: stable_diffusion(prediction="v_prediction"),
    "lcm": latent_consistency,
    "sdxl": stable_diffusion_xl,
    "sd3": stable_diffusion_3,
    "flow": lambda: diffusers.LDMPipeline(
        autoencoder(), unconditional_unet(), diffusers.FlowMatchEulerDiscreteScheduler()
    ),
    "ddpm": lambda: diffusers.DDPMPipeline(unconditional_unet(16, 3), DDPMScheduler()),
    "ddim": lambda: diffusers.DDIMPipeline(unconditional_unet(16, 3), DDIMScheduler()),
    "classes": lambda: diffusers.DDIMPipeline(unconditional_unet(16, 3, num_class_embeds=4), DDIMScheduler()),
    "grey": lambda: diffusers.DDPMPipeline(unconditional_unet(16, 1), DDPMScheduler()),
    "grey-28": lambda: diffusers.DDIMPipeline(unconditional_unet(28, 1), DDIMScheduler(**SCALED_LINEAR)),
    "grey-32": lambda: diffusers.DDIMPipeline(unconditional_unet(32, 1), DDIMScheduler(**SCALED_LINEAR)),
    "grey-ldm": lambda: diffusers.LDMPipeline(
        autoencoder(in_channels=1, out_channels=1, sample_size=32), unconditional_unet(8), DDIMScheduler()
    ),
    "ldm": lambda: diffusers.LDMPipeline(autoencoder(), unconditional_unet(), DDIMScheduler(**SCALED_LINEAR)),
    "ldm-vq": latent_diffusion_vq,
    "flux": flux,
    "flux-guided": lambda: flux(guided=True),
    "sana": sana,
    "sana-euler": lambda: sana(FlowMatchEulerDiscreteScheduler(shift=3.0)),
    "dit": diffusion_transformer,
    "pixart": pixart,
    "learned-variance": lambda: diffusers.DDPMPipeline(
        unconditional_unet(16, 3, 6), DDPMScheduler(variance_type="learned_range")
    ),
    "zero-snr": lambda: diffusers.LDMPipeline(
        autoencoder(),
        unconditional_unet(),
        DDIMScheduler(**SCALED_LINEAR, prediction_type="v_prediction", rescale_betas_zero_snr=True),
    ),
    "inpainting": lambda: stable_diffusion(unet=conditional_unet(in_channels=9)),
    "sample": lambda: diffusers.DDPMPipeline(unconditional_unet(16, 3), DDPMScheduler(prediction_type="sample")),
}


def siglip_tokenizer():
    words = Tokenizer(models.WordLevel({"<pad>": 0, "</s>": 1, "<unk>": 2, "a": 3, "face": 4, "hat": 5}, "<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=16,
        model_input_names=["input_ids"],
    )  # fmt: skip


VISION = dict(hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, patch_size=4)


def clip():
    config = CLIPConfig(text_config=TEXT, vision_config=VISION | {"image_size": 16}, projection_dim=12)
    processor = transformers.CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
    return transformers.CLIPModel(config), processor, clip_tokenizer()


def siglip():
    text = {k: v for k, v in TEXT.items() if not k.endswith("id")} | {"vocab_size": 6, "pad_token_id": 0}
    config = transformers.SiglipConfig(text_config=text, vision_config=VISION | {"image_size": 16})
    processor = transformers.SiglipImageProcessorPil(size={"height": 16, "width": 16})
    return transformers.SiglipModel(config), processor, siglip_tokenizer()


def dinov2():
    config = transformers.Dinov2Config(**VISION | {"image_size": 16})
    crop, size = {"height": 16, "width": 16}, {"shortest_edge": 20}
    return transformers.Dinov2Model(config), transformers.BitImageProcessorPil(size=size, crop_size=crop), None


def dinov2_with_registers():
    config = transformers.Dinov2WithRegistersConfig(**VISION | {"image_size": 16}, num_register_tokens=2)
    return transformers.Dinov2WithRegistersModel(config), *dinov2()[1:]


def dinov3():
    config = transformers.DINOv3ViTConfig(**VISION, image_size=16, num_register_tokens=1)
    return (
        transformers.DINOv3ViTModel(config),
        transformers.ViTImageProcessorPil(size={"height": 16, "width": 16}),
        None,
    )


def mae():
    config = transformers.ViTMAEConfig(**VISION, image_size=16, decoder_hidden_size=16, decoder_num_attention_heads=2,
                                       decoder_num_hidden_layers=1, decoder_intermediate_size=16)  # fmt: skip
    return transformers.ViTMAEModel(config), transformers.ViTImageProcessorPil(size={"height": 16, "width": 16}), None


def swin():
    config = transformers.SwinConfig(
        image_size=16, patch_size=2, embed_dim=8, depths=[1, 1], num_heads=[1, 2], window_size=2
    )
    return transformers.SwinModel(config), transformers.ViTImageProcessorPil(size={"height": 16, "width": 16}), None


def vit():
    """Saved as a classifier: without the pooler's weights."""
    config = transformers.ViTConfig(**VISION, image_size=16)
    return transformers.ViTForImageClassification(config), mae()[1], None


def vit_pooled():
    return transformers.ViTModel(transformers.ViTConfig(**VISION, image_size=16)), mae()[1], None


def resnet():
    config = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 12], depths=[1, 1], layer_type="basic")
    return transformers.ResNetModel(config), transformers.ConvNextImageProcessorPil(size={"shortest_edge": 32}), None


def convnext():
    config = transformers.ConvNextConfig(hidden_sizes=[8, 12], depths=[1, 1], num_stages=2, patch_size=2)
    return transformers.ConvNextModel(config), transformers.ConvNextImageProcessorPil(size={"shortest_edge": 32}), None


def regnet():
    config = transformers.RegNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], groups_width=4)
    return transformers.RegNetModel(config), transformers.ConvNextImageProcessorPil(size={"shortest_edge": 32}), None


def mobilenet():
    config = transformers.MobileNetV2Config(image_size=32, depth_multiplier=0.25)
    return transformers.MobileNetV2Model(config), resnet()[1], None


def efficientnet():
    config = transformers.EfficientNetConfig(width_coefficient=0.25, depth_coefficient=0.25, hidden_dim=320)
    return (
        transformers.EfficientNetModel(config),
        transformers.ViTImageProcessorPil(size={"height": 64, "width": 64}),
        None,
    )


def segformer():
    """A feature map that nothing pools."""
    config = transformers.SegformerConfig(
        num_encoder_blocks=2, depths=[1, 1], hidden_sizes=[8, 12], num_attention_heads=[1, 2], sr_ratios=[2, 1],
        patch_sizes=[3, 3], strides=[2, 2], mlp_ratios=[2, 2],
    )  # fmt: skip
    return transformers.SegformerModel(config), mae()[1], None


def ijepa():
    """Tokens of patches alone."""
    config = transformers.IJepaConfig(**VISION, image_size=16)
    return transformers.IJepaModel(config, add_pooling_layer=False), mae()[1], None


ENCODERS = {
    "clip": clip,
    "siglip": siglip,
    "dinov2": dinov2,
    "dinov2-registers": dinov2_with_registers,
    "dinov3": dinov3,
    "mae": mae,
    "swin": swin,
    "vit": vit,
    "vit-pooled": vit_pooled,
    "resnet": resnet,
    "convnext": convnext,
    "regnet": regnet,
    "mobilenet": mobilenet,
    "efficientnet": efficientnet,
    "segformer": segformer,
    "ijepa": ijepa,
}
