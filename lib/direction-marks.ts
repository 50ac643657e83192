/** Marks, embeddings, overrides and isolates of direction (Unicode, UAX #9), which take no room. */
export const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
