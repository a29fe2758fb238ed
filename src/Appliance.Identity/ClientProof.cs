namespace Appliance.Identity;

/// <summary>
/// What a client presented to prove who it is. One of secret, assertion and certificate is looked at.
/// </summary>
public sealed class ClientProof
{
    /// <summary>The client_id; null where the assertion names the client.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>A client_secret.</summary>
    public string? Secret { get; init; }

    /// <summary>A client_assertion of type jwt-bearer (RFC 7523).</summary>
    public string? Assertion { get; init; }

    /// <summary>
    /// The certificate of the connection, DER (RFC 8705); looked at where nothing else was presented.
    /// </summary>
    public byte[]? Certificate { get; init; }
}
