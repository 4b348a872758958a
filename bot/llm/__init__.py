"""Language models behind one function: a prompt in, text out, within a time limit."""

from bot.llm.model import LanguageModel, ModelFailed, estimate_tokens

__all__ = ["LanguageModel", "ModelFailed", "estimate_tokens"]
