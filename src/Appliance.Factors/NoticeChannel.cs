namespace Appliance.Factors;

/// <summary>How a message goes to a signer. The numbers are stored.</summary>
public enum NoticeChannel
{
    /// <summary>By e-mail.</summary>
    Email = 0,

    /// <summary>As a short message to a telephone.</summary>
    Sms = 1,
}
