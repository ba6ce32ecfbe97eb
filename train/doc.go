// Package train trains MobileMamba: the network in training mode with exact backward passes, losses, the optimizer
// and the recipe of the paper, data augmentation and a resumable loop.
//
// Layers mirror package model, a file per box of the paper. Each has forward and, below it in the same order,
// backward, written by hand. A layer owns its output and what its backward pass needs until the next forward;
// gradients on their way through the network live in buffers of the pass. Gradients of parameters are set, not
// added: every parameter is used once.
//
// Maps are [B, H, W, C] float32; parameters have the official names, shapes and order.
package train
