// Working memory of the kernels. The host gives it, so the modules have no static data and the memory has one owner.

/** Rows of c in a block of packed a, columns of c in a block of packed b, and the depth of both. */
export const BLOCK_M: i32 = 128;
export const BLOCK_N: i32 = 512;
export const BLOCK_K: i32 = 256;

/** The tile of c that stays in registers. */
export const TILE_M: i32 = 4;
export const TILE_N: i32 = 8;

export let packedA: usize = 0;
export let packedB: usize = 0;
/** One tile of c that does not fit into c whole. */
export let spareTile: usize = 0;

/** How much the host has to give. */
export function scratchBytes(): i32 {
  return (BLOCK_M * BLOCK_K + BLOCK_N * BLOCK_K + TILE_M * TILE_N) << 2;
}

/** `address` must have room for scratchBytes, aligned to 64. */
export function useScratch(address: usize): void {
  packedA = address;
  packedB = packedA + ((BLOCK_M * BLOCK_K) << 2);
  spareTile = packedB + ((BLOCK_N * BLOCK_K) << 2);
}
