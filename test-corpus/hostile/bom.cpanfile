requires "A";
