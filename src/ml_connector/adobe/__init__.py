"""The shop speaks: Adobe Commerce and Magento 2 over REST."""
