namespace Appliance.Timestamping;

/// <summary>
/// Why there is no token: PKIFailureInfo of RFC 3161 section 2.4.2, bit n of the named bit list as <c>1 &lt;&lt; n</c>.
/// </summary>
[Flags]
public enum TimestampFailure
{
    /// <summary>No failure.</summary>
    None = 0,

    /// <summary>badAlg: the imprint's algorithm is not accepted.</summary>
    BadAlgorithm = 1 << 0,

    /// <summary>badRequest: well-formed, but nothing that this authority does.</summary>
    BadRequest = 1 << 2,

    /// <summary>badDataFormat: not a TimeStampReq in DER, or a digest of the wrong length.</summary>
    BadDataFormat = 1 << 5,

    /// <summary>timeNotAvailable: the clock is not trusted, or signing took longer than the accuracy allows.</summary>
    TimeNotAvailable = 1 << 14,

    /// <summary>unacceptedPolicy: the requested policy is none of the unit's.</summary>
    UnacceptedPolicy = 1 << 15,

    /// <summary>unacceptedExtension: the request has extensions; none are supported.</summary>
    UnacceptedExtension = 1 << 16,

    /// <summary>addInfoNotAvailable: additional information was asked for that is not to be had.</summary>
    AdditionalInformationNotAvailable = 1 << 17,

    /// <summary>systemFailure: the request was right and the authority failed.</summary>
    SystemFailure = 1 << 25,
}
