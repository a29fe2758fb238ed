using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>credentials/extendTransaction (CSC API v1 11.7, v2 11.9), with the names of either version.</summary>
internal sealed class ExtendInput
{
    [JsonPropertyName("credentialID")]
    public FieldText CredentialId { get; set; }

    [JsonPropertyName("SAD")]
    public FieldText Sad { get; set; }

    [JsonPropertyName("hash")]
    public FieldHashes Hash { get; set; }

    [JsonPropertyName("hashes")]
    public FieldHashes Hashes { get; set; }

    [JsonPropertyName("hashAlgo")]
    public FieldText HashAlgo { get; set; }

    [JsonPropertyName("hashAlgorithmOID")]
    public FieldText HashAlgorithmOid { get; set; }
}
