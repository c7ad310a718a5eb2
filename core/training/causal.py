"""A causal language model with LoRA matrices (Hu et al. 2021; rank-stabilised, Kalajdzievski 2023) that learns.

Layers are found by their kind, so that models whose layers are named otherwise (GPT-2 and its kin: `c_attn`, `c_proj`,
`c_fc`) are adapted alike. Only the tokens of a completion count, and only their logits are computed. It knows no data
set and no schedule.
"""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.models.engine import merge_system
from core.records import Message
from core.training.examples import Example
from core.training.matrices import count_weights, learning_weights, load_matrices, save_matrices

_IGNORED = -100


@dataclass(frozen=True, slots=True)
class Tokens:
    """An example as token ids; the loss counts from position `start` on."""

    ids: tuple[int, ...]
    start: int


class TrainableChat:
    """Loads torch, transformers and peft when it is made. The base's own weights stay as they are."""

    def __init__(
        self,
        folder: Path,
        *,
        rank: int,
        alpha: int,
        dropout: float,
        rslora: bool,
        targets: Sequence[str],
        four_bits: bool = False,
    ) -> None:
        """`four_bits`: the base's weights in NF4 (QLoRA, Dettmers et al. 2023). Raises AppError `training.no_four_bits`
        where this machine cannot, `training.no_such_layer`."""
        import torch
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.pytorch_utils import Conv1D

        self._torch = torch
        self._folder = folder
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        self.tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        dtype = torch.bfloat16 if self.device == "cuda" and torch.cuda.is_bf16_supported() else torch.float32
        if four_bits:
            options |= {"quantization_config": _four_bits(dtype), "device_map": {"": 0}}
        base = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True, dtype=dtype, **options)
        if not four_bits:
            base.to(self.device)
        found = find_targets(base, targets)
        layers = dict(base.named_modules())
        turned = any(isinstance(layers[name], Conv1D) for name in found)  # weights stored the other way round
        config = LoraConfig(
            r=rank,
            lora_alpha=alpha,
            lora_dropout=dropout,
            use_rslora=rslora,
            target_modules=found,
            fan_in_fan_out=turned,
            task_type="CAUSAL_LM",
        )
        self.model = get_peft_model(base, config)
        self.targets = tuple(found)
        self.weights = learning_weights(self.model)
        for part in self.weights.values():
            part.data = part.data.float()  # small steps would be lost in sixteen bits
        self._last_only = "logits_to_keep" in inspect.signature(base.forward).parameters

    def count_weights(self) -> tuple[int, int]:
        """(learning, all) weights."""
        return count_weights(self.model)

    def tokenize(self, example: Example, most: int) -> Tokens | None:
        """By the model's chat template, or by plain turns where it has none; None where it takes more than `most`."""
        prompt, completion = self._render(example)
        ids = self.tokenizer(prompt, add_special_tokens=not self.tokenizer.chat_template)["input_ids"]
        said = self.tokenizer(completion, add_special_tokens=False)["input_ids"]
        end = self.tokenizer.eos_token_id
        if end is not None and said[-1:] != [end]:
            said = [*said, end]
        if not ids or not said or len(ids) + len(said) > most:
            return None
        return Tokens((*ids, *said), len(ids))

    def _render(self, example: Example) -> tuple[str, str]:
        """(prompt, completion) as the chat will render them (`core.models.local_model`): an adapter that learned other
        turns would not know its own."""
        from jinja2.exceptions import TemplateError

        said = [Message(role, text) for role, text in example.messages]
        if not self.tokenizer.chat_template:
            return "\n\n".join([*(message.text for message in said), ""]), example.completion
        for tried in (said, merge_system(said)):
            turns = [{"role": message.role, "content": message.text} for message in tried]
            options = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": False}
            try:
                return self.tokenizer.apply_chat_template(turns, **options), example.completion
            except TemplateError:
                continue
        raise AppError("models.template", model=self._folder.name)

    def loss(self, batch: Sequence[Tokens]):
        """(summed loss, number of tokens that count) of a batch, padded on the right."""
        torch = self._torch
        longest = max(len(one.ids) for one in batch)
        ids = torch.zeros((len(batch), longest), dtype=torch.long)
        mask, labels = torch.zeros_like(ids), torch.full_like(ids, _IGNORED)
        for n, one in enumerate(batch):
            row = torch.tensor(one.ids)
            ids[n, : len(row)], mask[n, : len(row)] = row, 1
            labels[n, one.start : len(row)] = row[one.start :]
        wanted = torch.arange(min(one.start for one in batch) - 1, longest - 1)  # those that say a counted token
        inputs: dict[str, Any] = {"input_ids": ids.to(self.device), "attention_mask": mask.to(self.device)}
        if self._last_only:
            logits = self.model(**inputs, logits_to_keep=wanted.to(self.device), use_cache=False).logits
        else:
            logits = self.model(**inputs, use_cache=False).logits[:, wanted.to(self.device)]
        said = labels[:, wanted + 1].to(self.device)
        loss = torch.nn.functional.cross_entropy(
            logits.float().flatten(0, 1), said.flatten(), ignore_index=_IGNORED, reduction="sum"
        )
        return loss, int((said != _IGNORED).sum())

    def write_as_base(self, asked: Sequence[tuple[tuple[str, str], ...]], most: int, seed: int) -> list[str]:
        """What the bare base says to each conversation, sampled at temperature 1; the same for the same seed."""
        torch = self._torch
        self.model.eval()
        said = []
        with torch.no_grad(), self.model.disable_adapter():
            for n, messages in enumerate(asked):
                torch.manual_seed(seed * 1_000_003 + n)
                prompt, _ = self._render(Example(messages, ""))
                ids = self.tokenizer(
                    prompt, add_special_tokens=not self.tokenizer.chat_template, return_tensors="pt"
                ).to(self.device)
                made = self.model.generate(
                    input_ids=ids["input_ids"],
                    attention_mask=ids["attention_mask"],
                    max_new_tokens=most,
                    do_sample=True,
                    temperature=1.0,
                    top_k=0,
                    top_p=1.0,
                    pad_token_id=self.tokenizer.eos_token_id,
                )
                text = self.tokenizer.decode(made[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
                said.append(text.strip())
        return said

    def score(self, tokens: Tokens, *, adapted: bool = True) -> float:
        """The mean log-likelihood of the tokens that count, by the adapted model or by the bare base."""
        self.model.eval()
        with self._torch.no_grad(), nullcontext() if adapted else self.model.disable_adapter():
            loss, counted = self.loss([tokens])
        return -float(loss) / counted

    def load(self, adapter: Path) -> None:
        """Take over the matrices of an adapter of the same rank and layers; AppError where it is another's."""
        load_matrices(self.model, adapter, self._folder)

    def save(self, folder: Path) -> None:
        """PEFT's own two files, matrices in half precision: plain PEFT and vLLM load the folder."""
        save_matrices(self.model, folder, self._folder.name)


def can_use_four_bits() -> bool:
    """Whether this machine has what weights in four bits need: a CUDA device and bitsandbytes."""
    import torch

    return torch.cuda.is_available() and importlib.util.find_spec("bitsandbytes") is not None


def _four_bits(dtype: Any) -> Any:
    if not can_use_four_bits():
        raise AppError("training.no_four_bits")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )


def find_targets(model: Any, targets: Sequence[str]) -> list[str]:
    """The full names of the layers to adapt: every linear one but the output for 'all', else those of these names, be
    they full or the last part.

    Raises AppError `training.no_such_layer` with the names there are, for the first that matches nothing."""
    import torch
    from transformers.pytorch_utils import Conv1D

    output = model.get_output_embeddings()
    linear = [
        name
        for name, part in model.named_modules()
        if isinstance(part, (torch.nn.Linear, Conv1D)) and part is not output
    ]
    if tuple(targets) == ("all",):
        return linear
    known = {name.rsplit(".", 1)[-1] for name in linear}
    for target in targets:
        if target not in known and target not in linear:
            raise AppError("training.no_such_layer", name=target, known=", ".join(sorted(known)))
    wanted = set(targets)
    return [name for name in linear if name in wanted or name.rsplit(".", 1)[-1] in wanted]
