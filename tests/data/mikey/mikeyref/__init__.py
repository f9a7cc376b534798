"""MIKEY and MIKEY-TICKET (RFC 3830, RFC 6043), written for the vectors in this folder and for nothing else."""
