"""The orders in which AWS's front end names members and enum values, and patterns, where they are not the model's.

They were recorded on AWS; what is not here follows the model.
"""

MEMBER_ORDERS = {
    "DataFormatConversionConfiguration": (
        "OutputFormatConfiguration",
        "InputFormatConfiguration",
        "SchemaConfiguration",
    ),
    "ParquetSerDe": ("MaxPaddingBytes", "BlockSizeBytes", "PageSizeBytes", "Compression", "WriterVersion"),
    "OrcSerDe": (
        "DictionaryKeyThreshold",
        "BlockSizeBytes",
        "RowIndexStride",
        "PaddingTolerance",
        "StripeSizeBytes",
        "Compression",
        "FormatVersion",
        "BloomFilterFalsePositiveProbability",
    ),
    "SchemaConfiguration": ("VersionId", "CatalogId", "DatabaseName", "RoleARN", "Region", "TableName"),
}

ENUM_ORDERS = {
    "CompressionFormat": ("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
    "ParquetCompression": ("SNAPPY", "GZIP", "UNCOMPRESSED"),
    "OrcCompression": ("ZLIB", "SNAPPY", "NONE"),
    "ProcessorType": (
        "Decompression",
        "Lambda",
        "RecordDeAggregation",
        "MetadataExtraction",
        "AppendDelimiterToRecord",
        "CloudWatchLogProcessing",
    ),
    "ProcessorParameterName": (
        "DataMessageExtraction",
        "NumberOfRetries",
        "Delimiter",
        "RoleArn",
        "JsonParsingEngine",
        "SubRecordType",
        "MetadataExtractionQuery",
        "BufferIntervalInSeconds",
        "LambdaArn",
        "BufferSizeInMBs",
        "CompressionFormat",
    ),
}

PATTERN_TEXTS = {"FileExtension": r"^(|\.[0-9a-z!\-_.*'()]+)$"}
