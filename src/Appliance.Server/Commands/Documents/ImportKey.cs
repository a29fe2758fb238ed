using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>
/// One line of `credential import --file`: a key of the token by its id, label or certificate, and what differs from
/// the command line's options.
/// </summary>
internal sealed record ImportKey
{
    /// <summary>The signer's user name.</summary>
    [JsonPropertyName("user")]
    public string? User { get; set; }

    /// <summary>person, employee, representative or organisation: which of the signer's profiles.</summary>
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    /// <summary>CKA_ID, hex.</summary>
    [JsonPropertyName("keyId")]
    public string? KeyId { get; set; }

    /// <summary>CKA_LABEL.</summary>
    [JsonPropertyName("label")]
    public string? Label { get; set; }

    /// <summary>The leaf and its CAs, PEM; null for those that the token has.</summary>
    [JsonPropertyName("certificates")]
    public string? Certificates { get; set; }

    [JsonPropertyName("scal")]
    public int? Scal { get; set; }

    [JsonPropertyName("multisign")]
    public int? Multisign { get; set; }

    /// <summary>none, nested or seal.</summary>
    [JsonPropertyName("extension")]
    public string? Extension { get; set; }

    /// <summary>until-exhausted or one-shot.</summary>
    [JsonPropertyName("sadReuse")]
    public string? SadReuse { get; set; }

    /// <summary>totp, pin, code, approval with commas between them, or none.</summary>
    [JsonPropertyName("factors")]
    public string? Factors { get; set; }

    /// <summary>Transactions of a package until the certificate's end.</summary>
    [JsonPropertyName("package")]
    public int? Package { get; set; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }
}
