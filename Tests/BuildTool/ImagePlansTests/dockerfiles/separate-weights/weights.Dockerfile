FROM scratch
COPY checkpoints /src/checkpoints
COPY model.bin /src/model.bin
