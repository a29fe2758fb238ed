using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Inputs;

/// <summary>bulk/activations/close (proto/appliance/v1/bulk.proto).</summary>
internal sealed class BulkCloseInput
{
    [JsonPropertyName("activationID")]
    public FieldText ActivationId { get; set; }

    [JsonPropertyName("numSignatures")]
    public FieldNumber NumSignatures { get; set; }

    [JsonPropertyName("digest")]
    public FieldBytes Digest { get; set; }

    [JsonPropertyName("hashAlgorithmOID")]
    public FieldText HashAlgorithmOid { get; set; }

    [JsonPropertyName("authData")]
    public FieldAuthData AuthData { get; set; }

    [JsonPropertyName("PIN")]
    public FieldText Pin { get; set; }

    [JsonPropertyName("OTP")]
    public FieldText Otp { get; set; }
}
