using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Enrolments;

/// <summary>What the methods of enrolment take; each takes some of it (docs/clients.md says which).</summary>
internal sealed class FactorInput
{
    /// <summary>A one-time link's text, in place of a token.</summary>
    [JsonPropertyName("link")]
    public FieldText Link { get; set; }

    /// <summary>The signer that a client acts for.</summary>
    [JsonPropertyName("signerID")]
    public FieldText SignerId { get; set; }

    /// <summary>A code that was sent, or one of the authenticator.</summary>
    [JsonPropertyName("code")]
    public FieldText Code { get; set; }

    /// <summary>A telephone number, E.164.</summary>
    [JsonPropertyName("phone")]
    public FieldText Phone { get; set; }

    /// <summary>A user name.</summary>
    [JsonPropertyName("userName")]
    public FieldText UserName { get; set; }

    /// <summary>A new password.</summary>
    [JsonPropertyName("password")]
    public FieldText Password { get; set; }

    /// <summary>The password until now.</summary>
    [JsonPropertyName("presentPassword")]
    public FieldText PresentPassword { get; set; }

    /// <summary>A new PIN.</summary>
    [JsonPropertyName("pin")]
    public FieldText Pin { get; set; }

    /// <summary>The PIN until now.</summary>
    [JsonPropertyName("presentPin")]
    public FieldText PresentPin { get; set; }
}
