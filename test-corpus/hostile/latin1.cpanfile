# café
requires "A";
