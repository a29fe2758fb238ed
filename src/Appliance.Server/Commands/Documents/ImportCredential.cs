using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>A credential that `signer import` makes.</summary>
internal sealed record ImportCredential
{
    /// <summary>RSA-2048, RSA-3072, RSA-4096, P-256, P-384 or P-521.</summary>
    [JsonPropertyName("algorithm")]
    public required string Algorithm { get; set; }

    [JsonPropertyName("multisign")]
    public int Multisign { get; set; } = 1;

    [JsonPropertyName("scal")]
    public int Scal { get; set; } = 2;

    [JsonPropertyName("years")]
    public int Years { get; set; } = 1;

    [JsonPropertyName("description")]
    public string Description { get; set; } = "";
}
