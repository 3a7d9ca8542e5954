#version 330 core
// The surface's first pass leaves nothing but its depth.

void main() {
}
