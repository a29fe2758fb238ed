namespace Appliance.Server.Commands.Timestamps;

/// <summary>What a file of evidence is.</summary>
internal enum EvidenceKind
{
    /// <summary>TimeStampResp of RFC 3161.</summary>
    Response,

    /// <summary>TimeStampToken of RFC 3161.</summary>
    Token,

    /// <summary>ArchiveTimeStamp of RFC 4998.</summary>
    ArchiveTimestamp,

    /// <summary>EvidenceRecord of RFC 4998.</summary>
    EvidenceRecord,
}
