xuncha-keys-1 2 22d3a9b912e9f076260c5b94cc21b229bf470aadce915566187037d163131ebb
{
  "v": 1,
  "device": "phone-1",
  "hardware": false,
  "kdf": {
    "memory_kib": 64,
    "passes": 2,
    "lanes": 1
  },
  "users": [
    {
      "user": "alice",
      "display": "王芳",
      "salt": "0469d03662516fe7d8ad5e742cc2fe2f",
      "nonce": "2f2a0b249d802c09fbc9276c1f5537114617597f200f85e3",
      "wrapped": "d11f133e341edf49ed3cf76b6be6c902823f04f4621cf398481632969312a75274be487b614bf3db2fca84d29cc4c8ab"
    },
    {
      "user": "bob",
      "display": "Bob",
      "salt": "c8cd26abf97279423afd5491dcb654d9",
      "nonce": "9081a8af091f4f3cd79e9edbec99546ffc4cb371f8005d68",
      "wrapped": "30c0b6182abad3b8ca3023b2c2f6fd5a8b40063fdd25dc6b0dc1decffce3d94da8b93efc7197e763bafe2c465c2c1e74"
    }
  ],
  "recovery": {
    "ephemeral": "8424c6bbc024683f4cbb9ed6ecade1cb3184330578ed5735f104cc2613d65c60",
    "recipient": "07aaff3e9fc167275544f4c3a6a17cd837f2ec6e78cd8a57b1e3dfb3cc035a76",
    "nonce": "03cca6fe1ddca611a641530aa9277598c4aa13e1660a4069",
    "sealed": "42d9b50e312914f43bac821ae3f1776e06c026640430b12bb74a1d419134d60b84a1c8a1a463a5f8f524c9ef3d248dc0"
  },
  "secrets_nonce": "a624a7c418475c8227a09f48a5c66b9a051a4039eeeea9d7",
  "secrets": "45b382af66ba7a6b13bb34f3f322fbf8b6cc9daf723828b09690c150c1d44ef35b06b46f4728aa9945c4f355f23038d541b59d2fbee8a2f0fae2368db779f77066891b502557558cd49c1432c25478926eac151989f14d6fa41bcaed5703f02b2c025ff618f67aa72ac86614268c6e518d08a321618da212d501a4561bc30ba54f9ad548df006f6417f592a15db8d0e725f5d1a78256723c1df1e9152be3e806153a020016d600f823cfe742"
}