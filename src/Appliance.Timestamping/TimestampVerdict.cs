namespace Appliance.Timestamping;

/// <summary>What became of a verification.</summary>
public enum TimestampVerdict
{
    /// <summary>The token is genuine, by a trusted unit, and over this digest.</summary>
    Valid,

    /// <summary>Not a token, or not an ArchiveTimeStamp.</summary>
    Malformed,

    /// <summary>Genuine or not, it is over another digest.</summary>
    OtherDigest,

    /// <summary>The nonce is not the request's.</summary>
    OtherNonce,

    /// <summary>The signature is wrong, or not by the certificate that the token binds itself to.</summary>
    BadSignature,

    /// <summary>The unit's certificate leads to no trusted one, was not valid then, or is not for this.</summary>
    Untrusted,
}
